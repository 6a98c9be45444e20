import { ValueSelector, type ValueSelectorProps } from "react-querybuilder";

/** The library's own list to choose from, with a label: a title alone is no name to go by. */
export function Select(props: ValueSelectorProps) {
  return (
    <label className="bd-label">
      <span className="st-hidden">{props.title}</span>
      <ValueSelector {...props} />
    </label>
  );
}
