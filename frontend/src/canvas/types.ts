export type Path = (string | number)[];

export interface Arm {
  path: Path;
  holder: Path | null;
  name: string;
  key: string;
  written: boolean;
  fields: Record<string, unknown>;
  texts: Record<string, string>;
  steps: Step[];
}

export interface Grows {
  field: string;
  how: "list" | "mapping";
  steps: string;
  inputs: Input[];
}

export interface Step {
  path: Path;
  kind: string;
  id: string;
  line: number;
  icon: string;
  text: string;
  fields: Record<string, unknown>;
  written: Record<string, string>;
  arms: Arm[];
  grows: Grows | null;
}

export interface Problem {
  line: number;
  column: number;
  words: string;
  path: Path | null;
  id: string;
  field: string;
}

export interface Header {
  fields: Record<string, unknown>;
  written: Record<string, string>;
  words: string[];
}

/** What the server says of a text; `steps` is null where it cannot be read. */
export interface Look {
  steps: Step[] | null;
  header: Header | null;
  problems: Problem[];
}

export interface Edited extends Look {
  text: string;
  chosen: Path;
}

export interface Input {
  name: string;
  label: string;
  help: string;
  required: boolean;
  as: "text" | "number" | "choice" | "flag" | "words" | "yaml" | "percent" | "languages";
  choices?: string[];
  /** What the choices are called. */
  called?: Record<string, string>;
  /** In which languages it is written: code and name. */
  languages?: [string, string][];
  /** The kind of form that it can be filled in by, beside its text. */
  form?: string;
  minimum?: number;
  maximum?: number;
}

export interface Kind {
  name: string;
  title: string;
  icon: string;
  inputs: Input[];
  first: Record<string, unknown>;
}

export interface Data {
  urls: Record<
    "read" | "check" | "edit" | "save" | "numbers" | "names" | "form" | "simulate" | "publish" | "migrate" | "pause" | "resume" | "stop" | "journey",
    string
  >;
  texts: Record<string, string>;
  live: number;
  /** The page of the simulation whose numbers are shown instead of live ones, and what was asked; null where none is. */
  simulated: { url: string; asked: string; id: number } | null;
  status: { code: string; words: string; tone: string };
  published: boolean;
  /** What is said of the request that waits for the draft as it is; "" where none does. */
  waits: string;
  most: string;
  kinds: Kind[];
  header: Input[];
  draft: Look & { text: string; revision: string };
}

export type Edit =
  | { do: "insert"; into: Path; index: number; value: unknown; step?: boolean }
  | { do: "delete"; path: Path }
  | { do: "move"; path: Path; into: Path; index: number }
  | { do: "duplicate"; path: Path }
  | {
      do: "change";
      path: Path;
      fields?: Record<string, unknown>;
      written?: Record<string, string>;
      without?: string[];
    };

/** Of a step: people now and visits so far; `arms`: visits by the way they took; `unsent`: messages by reason. */
export interface Count {
  inside?: number;
  passed?: number;
  held?: number;
  left?: number;
  arms?: Record<string, number>;
  unsent?: Record<string, number>;
}

export type Numbers = Record<string, Count>;
