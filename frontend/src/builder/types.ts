import type { RuleGroupType } from "react-querybuilder";

export type Texts = Record<string, string>;
export type Plain = Record<string, unknown>;

/** What has been seen under a name: its kind of value, and some values if they are few. */
export interface Seen {
  kind: string;
  values: string[] | null;
}

export interface Known {
  attributes: Record<string, Seen>;
  events: Record<string, Record<string, Seen>>;
  segments: [string, string][];
  journeys: [string, string][];
  channels: [string, string][];
  scores: Score[];
}

/** A score: what it is called, how it may be compared, and its words where they are few. */
export interface Score {
  name: string;
  words: string;
  kind: string;
  operators: string[];
  values: [string, string][];
}

export interface Problem {
  line: number;
  column: number;
  words: string;
  id: string;
}

/** What the server says of a rule; `tree` where it was asked about a text that can be read. */
export interface Look {
  text: string;
  said: Record<string, string>;
  whole: string;
  problems: Problem[];
  tree?: RuleGroupType;
}

export interface Part {
  words: string;
  percent: number;
}

export interface Count {
  slow?: string;
  headline?: string;
  detail?: string;
  parts?: Record<string, Part>;
  people?: { name: string; id: string; url: string }[];
}

export interface Answer {
  nobody?: string;
  said?: string;
  whole?: boolean | null;
  url?: string;
  parts?: Record<string, boolean>;
}

export interface Data {
  urls: Record<"look" | "count" | "ask" | "save" | "segment", string>;
  texts: Texts;
  operators: Record<string, string>;
  known: Known;
  id: number | null;
  key: string;
  title: string;
  revision: string;
  asks: boolean;
  used: string;
  draft: Look;
}
