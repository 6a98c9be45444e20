/** A line of a form: what it is called, its inputs, and what is wrong with it. */
import { useId } from "react";
import type { Problem } from "./types";

interface Props {
  label: string;
  problems?: Problem[];
  children: React.ReactNode;
}

export function Row({ label, problems = [], children }: Props) {
  const id = useId();
  return (
    <div className="bd-line" role="group" aria-label={label} aria-describedby={problems.length ? id : undefined}>
      <span>{label}</span>
      {children}
      {problems.length > 0 && (
        <div id={id} className="fm-wrong">
          {problems.map((one) => (
            <p key={one.words} className="cv-wrong">
              {one.words}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  problems?: Problem[];
  change(text: string): void;
}

/** What has no input of its own, as it is written in the text. */
export function TextRow({ label, value, problems, change }: TextProps) {
  return (
    <Row label={label} problems={problems}>
      <textarea
        className="bd-input bd-wide st-mono"
        aria-label={label}
        aria-invalid={!!problems?.length}
        rows={value.length > 60 ? 3 : 1}
        value={value}
        spellCheck={false}
        onChange={(event) => change(event.target.value)}
      />
    </Row>
  );
}

/** The same mapping with one entry set, or without it where nothing is left of it. */
export function put<T>(all: Record<string, T>, name: string, value: T | undefined): Record<string, T> {
  if (value !== undefined && (value as unknown) !== "") return { ...all, [name]: value };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
}
