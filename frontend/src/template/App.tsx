import { useEffect, useRef, useState } from "react";
import { ask, wordsOf } from "../shared/page";
import { useDraft, type Saved } from "./draft";
import { Editor } from "./Editor";
import { People } from "./People";
import { Preview } from "./Preview";
import type { Data, Draft, Fields, Mark, Part, Parts } from "./types";
import { Icon } from "../shared/Icon";

const NONE: Mark[] = [];

export function App({ data }: { data: Data }) {
  const { texts } = data;
  const draft = useDraft(data);
  const { parts } = draft;
  const languages = draft.look?.languages ?? Object.keys(data.languages);
  const [tab, setTab] = useState(() => first(data, parts));
  const [language, setLanguage] = useState(() => Object.keys(data.languages)[0]!);
  const [line, setLine] = useState<{ field: string; number: number; at: number } | null>(null);
  const [said, setSaid] = useState("");
  const [told, setTold] = useState("");
  const [published, setPublished] = useState(data.published);

  const part = data.parts.find((one) => one.id === tab)!;
  const fields = parts[part.channel][language];
  const marks = draft.look?.marks ?? NONE;
  const shown = draft.look?.shown[part.channel]?.[language];
  const name = (code: string) => data.languages[code] ?? code;
  const tell = (sentence: string) => setSaid((before) => (before === sentence ? `${sentence}\u00a0` : sentence));

  const change = (channel: Part["channel"], next: Record<string, Fields>): Parts => ({ ...parts, [channel]: next });
  const write = (field: string, value: string | boolean) =>
    draft.write(change(part.channel, { ...parts[part.channel], [language]: { ...fields, [field]: value } }));
  const begin = () => {
    const like = Object.values(parts[part.channel])[0];
    const empty: Fields = Object.fromEntries(fieldsOf(data, part).map((field) => [field, ""]));
    draft.write(change(part.channel, { ...parts[part.channel], [language]: like ? { ...like } : empty }));
    tell(say(texts.begun, name(language)));
  };
  const remove = () => {
    const { [language]: gone, ...rest } = parts[part.channel];
    draft.write(change(part.channel, rest));
    if (gone) tell(say(texts.removed, name(language)));
  };
  const goTo = (mark: Mark) => {
    const there = data.parts.find((one) => one.channel === mark.channel && one.fields.some((field) => field.name === mark.field));
    const next = there ?? data.parts.find((one) => one.channel === mark.channel);
    if (!next) return;
    setTab(next.id);
    if (parts[next.channel][mark.language]) setLanguage(mark.language);
    setLine({ field: mark.field, number: Math.max(mark.line, 1), at: Date.now() });
  };
  const discard = async () => {
    if (!window.confirm(texts.discard_sure)) return;
    try {
      draft.take(await ask<Draft>(data.urls.discard!, {}));
      setTold(texts.discarded!);
    } catch (error) {
      setTold(wordsOf(error));
    }
  };

  const publish = async () => {
    if (!window.confirm(texts.publish_sure)) return;
    const kept = await draft.settle();
    if (!kept) return;
    try {
      draft.take(await ask<Draft>(data.urls.publish!, { revision: kept }));
      setPublished(true);
      setTold(texts.published!);
    } catch (error) {
      setTold(wordsOf(error));
    }
  };

  const here = (channel: string, field?: string) =>
    marks.filter((mark) => mark.channel === channel && mark.language === language && (field === undefined || mark.field === field));
  const test = async () => {
    if (!window.confirm(say(texts.test_sure, data.parts.find((one) => one.channel === part.channel && one.id !== "subject")!.title))) return;
    const kept = await draft.settle();
    if (!kept) return;
    try {
      const body = { revision: kept, channel: part.channel, customer: draft.look?.as.id ?? null };
      setTold((await ask<{ told: string }>(data.urls.test!, body)).told);
    } catch (error) {
      setTold(wordsOf(error));
    }
  };

  const errors = marks.filter((mark) => mark.severity === "error").length;
  const bad = (one: Part) =>
    marks.filter((mark) => mark.channel === one.channel && mark.severity === "error" && (one.fields.some((field) => field.name === mark.field) || (!mark.field && one === data.parts.find((other) => other.channel === one.channel)))).length;

  return (
    <div className="te-all">
      <div className="te-bar">
        <a className="te-tool" href={data.urls.back}>
          <Icon name="arrow_back" />
          {texts.back}
        </a>
        <Status saved={draft.saved} drafted={draft.drafted} theirs={draft.theirs} mine={draft.mine} texts={texts} />
        <span className="te-room" />
        {draft.drafted && published && (
          <button type="button" className="te-tool" onClick={() => void discard()}>
            {texts.discard}
          </button>
        )}
        <button type="button" className="te-tool" disabled={!Object.keys(parts[part.channel]).length || errors > 0} title={errors ? texts.error : undefined} onClick={() => void test()}>
          <Icon name="outgoing_mail" />
          {texts.test}
        </button>
        {data.shared && (
          <button type="button" className="st-button" disabled={errors > 0 || !(draft.drafted || JSON.stringify(parts).includes("block:"))} title={errors ? texts.error : undefined} onClick={() => void publish()}>
            {texts.publish}
          </button>
        )}
      </div>
      {data.where && <p className="te-where">{data.where}</p>}
      {told && (
        <p className="te-where" role="status">
          {told}
        </p>
      )}
      <div className="te-rooms">
        <section className="te-left" aria-label={texts.texts}>
          <Tabs label={texts.texts!} chosen={tab} choose={setTab} controls="te-panel" tabs={data.parts.map((one) => ({ id: one.id, words: one.title, icon: one.icon, bad: bad(one), quiet: !Object.keys(parts[one.channel]).length }))} texts={texts} />
          <Tabs label={texts.languages!} chosen={language} choose={setLanguage} controls="te-panel" small tabs={languages.map((code) => ({ id: code, words: name(code), icon: "", bad: marks.filter((mark) => mark.channel === part.channel && mark.language === code && mark.severity === "error").length, quiet: !parts[part.channel][code] }))} texts={texts} />
          <div className="te-panel" id="te-panel" role="tabpanel" aria-label={`${part.title}, ${name(language)}`}>
            {fields ? (
              part.fields.map((field) => (
                <div key={`${part.id}.${language}.${field.name}`} className={`te-field${field.lines === "many" && part.fields.length === 1 ? " te-fills" : ""}`}>
                  <span className="te-label" aria-hidden="true">
                    {field.label}
                  </span>
                  <Editor
                    text={String(fields[field.name] ?? "")}
                    label={field.label}
                    help={field.help}
                    mode={field.mode}
                    one={field.lines === "one"}
                    marks={here(part.channel, field.name)}
                    known={data.known}
                    line={line?.field === field.name ? line : null}
                    written={(text) => write(field.name, text)}
                  />
                  {field.help && <p className="te-hint">{field.help}</p>}
                </div>
              ))
            ) : (
              <div className="te-empty">
                <p>{shown && shown.written !== language ? texts.not_written!.replace("%a", name(language)).replace("%b", name(shown.written)) : say(texts.no_part, name(language))}</p>
                <button type="button" className="st-button" onClick={begin}>
                  {say(texts.begin, name(language))}
                </button>
              </div>
            )}
            {fields && part.channel === "sms" && (
              <label className="te-check">
                <input type="checkbox" checked={fields.transliterate === true} onChange={(event) => write("transliterate", event.target.checked)} />
                {texts.transliterate}
              </label>
            )}
            {fields && (
              <button type="button" className="te-link" onClick={remove}>
                {say(part.channel === "email" ? texts.take_out_email : part.channel === "sms" ? texts.take_out_sms : texts.take_out_push, name(language))}
              </button>
            )}
          </div>
        </section>
        <section className="te-right" aria-label={texts.preview} aria-busy={draft.look === null}>
          <People now={draft.look?.as} url={data.urls.people!} may={data.choose} texts={texts} chosen={draft.choose} />
          {draft.wrong && (
            <p className="te-note te-bad" role="alert">
              {draft.wrong}
            </p>
          )}
          <Preview letter={data.urls.letter!} channel={part.channel} plain={part.id === "text"} shown={shown} instead={shown && shown.written !== language ? texts.instead!.replace("%a", name(language)).replace("%b", name(shown.written)) : ""} texts={texts} />
        </section>
      </div>
      <section className="te-marks" aria-label={texts.to_mend}>
        {marks.length ? (
          <ul>
            {[...marks].sort(byWeight).map((mark, index) => (
              <li key={index} className={`te-${mark.severity}`}>
                <Icon name={mark.severity === "error" ? "error" : mark.severity === "person" ? "person_alert" : "warning"} />
                <span className="te-unseen">{texts[mark.severity]}</span>
                <button type="button" className="te-link" onClick={() => goTo(mark)}>
                  {[where(data, mark), mark.line > 1 ? say(texts.line, mark.line) : ""].filter(Boolean).join(", ")}
                </button>
                <span>{mark.words}</span>
              </li>
            ))}
          </ul>
        ) : (
          draft.look && (
            <p>
              <Icon name="check_circle" />
              {texts.nothing_to_mend}
            </p>
          )
        )}
      </section>
      <div className="te-unseen" role="status" aria-live="polite">
        {said}
      </div>
    </div>
  );
}

const WEIGHT = { error: 0, person: 1, warning: 2 };
const byWeight = (one: Mark, other: Mark) => WEIGHT[one.severity] - WEIGHT[other.severity];

function say(sentence: string | undefined, ...values: (string | number)[]): string {
  return values.reduce<string>((told, value) => told.replace("%s", String(value)), sentence ?? "");
}

function first(data: Data, parts: Parts): string {
  const wish = new URLSearchParams(window.location.search).get("part");
  const asked = data.parts.find((one) => one.id === wish);
  const written = data.parts.filter((one) => Object.keys(parts[one.channel]).length);
  const body = Object.values(parts.email).some((fields) => fields["mjml"]) ? "mjml" : "html";
  return (asked ?? written.find((one) => one.id === body) ?? written[0] ?? data.parts[0]!).id;
}

function fieldsOf(data: Data, part: Part): string[] {
  return data.parts.filter((one) => one.channel === part.channel).flatMap((one) => one.fields.map((field) => field.name));
}

function where(data: Data, mark: Mark): string {
  const part = data.parts.find((one) => one.channel === mark.channel && one.fields.some((field) => field.name === mark.field));
  const other = data.parts.find((one) => one.channel === mark.channel);
  const field = part?.fields.find((one) => one.name === mark.field);
  const title = field ? field.label : (other?.title ?? "");
  return [data.languages[mark.language] ?? mark.language, title].filter(Boolean).join(" · ");
}

interface TabsProps {
  label: string;
  chosen: string;
  choose(id: string): void;
  controls: string;
  small?: boolean;
  tabs: { id: string; words: string; icon: string; bad: number; quiet: boolean }[];
  texts: Record<string, string>;
}

/** Tabs as ARIA has them: arrows walk, one stop for the Tab key. */
function Tabs({ label, chosen, choose, controls, small, tabs, texts }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const pressed = (event: React.KeyboardEvent) => {
    const at = tabs.findIndex((one) => one.id === chosen);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length]!;
    choose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.id)}"]`)?.focus();
  };
  return (
    <div className={`te-tabs${small ? " te-small" : ""}`} role="tablist" aria-label={label} ref={list} onKeyDown={pressed}>
      {tabs.map((one) => (
        <button key={one.id} type="button" role="tab" data-tab={one.id} aria-selected={one.id === chosen} aria-controls={controls} tabIndex={one.id === chosen ? 0 : -1} className={one.quiet ? "te-quiet" : undefined} onClick={() => choose(one.id)}>
          {one.icon && (
            <Icon name={one.icon} />
          )}
          {one.words}
          {one.quiet && <span className="te-unseen">{texts.unwritten}</span>}
          {one.bad > 0 && (
            <span className="te-count" title={texts.error}>
              {one.bad}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

interface StatusProps {
  saved: Saved;
  drafted: boolean;
  theirs(): void;
  mine(): void;
  texts: Record<string, string>;
}

/** One line: what has become of the draft. It counts seconds for a minute. */
function Status({ saved, drafted, theirs, mine, texts }: StatusProps) {
  const [, tick] = useState(0);
  useEffect(() => {
    const again = window.setInterval(() => tick((before) => before + 1), 1000);
    return () => window.clearInterval(again);
  }, []);
  if (saved.as === "conflict") {
    return (
      <span className="te-status te-wrong" role="alert">
        {texts.conflict!.replace("%s", saved.who).replace("%s", saved.when)}
        <button type="button" className="st-button" onClick={theirs}>
          {texts.take_theirs}
        </button>
        <button type="button" className="st-button" onClick={mine}>
          {texts.keep_mine}
        </button>
      </span>
    );
  }
  return (
    <span className={`te-status${saved.as === "failed" ? " te-wrong" : ""}`}>
      {[drafted ? texts.draft : "", become(saved, drafted, texts)].filter(Boolean).join(" · ")}
    </span>
  );
}

function become(saved: Saved, drafted: boolean, texts: Record<string, string>): string {
  if (saved.as === "failed") return say(texts.not_saved, saved.words);
  if (saved.as === "saving") return texts.saving!;
  if (saved.as !== "saved") return texts.unsaved!;
  if (!drafted) return texts.as_published!;
  const seconds = saved.at === null ? 3600 : Math.round((Date.now() - saved.at) / 1000);
  if (seconds < 2) return texts.saved_now!;
  return seconds < 60 ? say(texts.saved_ago, seconds) : texts.saved_long_ago!;
}
