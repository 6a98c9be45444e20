/** A rule as nested groups: the segment builder's own, and that of the canvas's forms. What is around stands in `Around`. */
import { useMemo } from "react";
import { QueryBuilder, type RuleGroupType } from "react-querybuilder";
import { firstOf, Leaf } from "./Leaf";
import { Select } from "./Select";
import type { Known, Texts } from "./types";
import { Icon } from "../shared/Icon";

const KINDS = ["attribute", "event", "received", "consent", "segment", "score", "yaml"];

interface Props {
  texts: Texts;
  known: Known;
  tree: RuleGroupType;
  draw(tree: RuleGroupType): void;
}

export function Tree({ texts, known, tree, draw }: Props) {
  const set = useMemo(() => settings(texts, known), [texts, known]);
  return <QueryBuilder {...set} query={tree} onQueryChange={(next) => draw(next as RuleGroupType)} />;
}

/** What the query builder is told of our rules: kinds as fields, "applies" or not as operators, groups in four ways. */
function settings(texts: Texts, known: Known) {
  const named = (name: string, label: string) => ({ name, value: name, label });
  const icon = (name: string, label: string) => ({
    label: (
      <Icon name={name} />
    ),
    title: label,
  });
  return {
    fields: KINDS.map((kind) => named(kind, texts[`kind_${kind}`]!)),
    combinators: ["all", "any", "none", "not_all"].map((one) => named(one, texts[one]!)),
    getOperators: () => ["is", "not"].map((one) => named(one, texts[one]!)),
    getDefaultField: () => "attribute",
    getDefaultOperator: () => "is",
    getDefaultValue: (rule: { field: string }) => firstOf(rule.field, known),
    controlElements: { valueEditor: Leaf, valueSelector: Select },
    controlClassnames: {
      queryBuilder: "bd-builder",
      combinators: "bd-input",
      fields: "bd-input",
      operators: "bd-input",
      addRule: "bd-add",
      addGroup: "bd-add",
      removeRule: "bd-icon",
      removeGroup: "bd-icon",
      shiftActions: "bd-shift",
    },
    translations: {
      fields: { title: texts.kind! },
      operators: { title: texts.applies! },
      combinators: { title: texts.combinator! },
      value: { title: texts.value! },
      addRule: { label: `+ ${texts.add_rule}`, title: texts.add_rule! },
      addGroup: { label: `+ ${texts.add_group}`, title: texts.add_group! },
      removeRule: icon("delete", texts.remove!),
      removeGroup: icon("delete", texts.remove_group!),
      shiftActionUp: icon("keyboard_arrow_up", texts.up!),
      shiftActionDown: icon("keyboard_arrow_down", texts.down!),
    },
    // A new group begins with nothing in it; what its first condition is about is its author's to say.
    onAddGroup: (group: RuleGroupType) => ({ ...group, combinator: "any" }),
    showShiftActions: true,
    resetOnFieldChange: true,
    resetOnOperatorChange: false,
    enableMountQueryChange: false,
  };
}
