export type Channel = "email" | "sms" | "push";
export type Fields = Record<string, string | boolean>;
export type Parts = Record<Channel, Record<string, Fields>>;

export interface Field {
  name: string;
  label: string;
  help: string;
  mode: "html" | "text";
  lines: "one" | "many";
}

/** A tab: what of a message is written together. */
export interface Part {
  id: string;
  channel: Channel;
  title: string;
  icon: string;
  fields: Field[];
}

export interface Person {
  id: number;
  name: string;
  about: string;
}

/** A message as the customer gets it; `wrong` where there is none. */
export interface Shown {
  written: string;
  wrong?: string;
  subject?: string;
  sender?: string;
  document?: string;
  text?: string;
  size?: string;
  cost?: string;
  letters?: string;
  title?: string;
  body?: string;
  url?: string;
  image?: string;
}

export interface Mark {
  channel: Channel | "";
  language: string;
  field: string;
  line: number;
  words: string;
  severity: "error" | "warning" | "person";
}

export interface Look {
  as: Person;
  shown: Partial<Record<Channel, Record<string, Shown>>>;
  marks: Mark[];
  languages: string[];
}

export interface Known {
  roots: string[];
  properties: Record<string, string[]>;
  filters: string[];
  blocks: string[];
  segments: string[];
}

export interface Draft {
  parts: Parts;
  revision: string;
  drafted: boolean;
}

export interface Data {
  urls: Record<string, string>;
  texts: Record<string, string>;
  parts: Part[];
  languages: Record<string, string>;
  known: Known;
  choose: boolean;
  where: string;
  shared: boolean;
  published: boolean;
  draft: Draft;
}
