export type Path = (string | number)[];

export interface Arm {
  path: Path;
  holder: Path | null;
  name: string;
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
  as: "text" | "number" | "choice" | "flag" | "words" | "yaml";
  choices?: string[];
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
  urls: Record<"read" | "check" | "edit" | "save" | "numbers" | "simulate" | "publish", string>;
  texts: Record<string, string>;
  live: number;
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

export type Numbers = Record<string, { inside?: number; passed?: number; held?: number }>;
