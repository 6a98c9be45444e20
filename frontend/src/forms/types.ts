import type { RuleGroupType } from "react-querybuilder";
import type { Known, Plain, Texts } from "../builder/types";

/** Where a value stands in the journey, what it is called there, and which kind of form it has. */
export interface Spot {
  path: (string | number)[];
  name: string;
  kind: string;
  label: string;
  required: boolean;
}

/** Fields with an input as values, all others as they are written; `order`: as they follow each other. */
export interface Fields {
  value: Plain;
  texts: Record<string, string>;
  order: string[];
}

export interface Way extends Partial<Fields> {
  id: string;
  kind: string;
  bare?: boolean;
  text?: string;
}

export interface Form extends Partial<Fields> {
  as: "rule" | "rules" | "goal" | "entry" | "text";
  text?: string;
  tree?: RuleGroupType;
  ways?: Way[];
  many?: boolean;
  only_if?: RuleGroupType;
}

export interface Problem {
  words: string;
  id: string;
  field: string;
}

export interface Told {
  form?: Form;
  written: string | null;
  said: Record<string, string>;
  whole: string;
  problems: Problem[];
}

export interface Names {
  texts: Texts;
  operators: Record<string, string>;
  known: Known;
  ways: [string, string][];
  again: [string, string][];
  weekdays: [string, string][];
}
