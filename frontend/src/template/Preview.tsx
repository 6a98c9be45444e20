/** A message as its reader gets it. HTML stands in a frame that runs nothing, reaches nothing, and is of no origin. */
import { useEffect, useId, useState } from "react";
import { tokenOf } from "../shared/page";
import type { Channel, Shown } from "./types";
import { Icon } from "../shared/Icon";

interface Props {
  channel: Channel;
  plain: boolean;
  shown: Shown | undefined;
  instead: string;
  letter: string;
  texts: Record<string, string>;
}

export function Preview({ channel, plain, shown, instead, letter, texts }: Props) {
  const [phone, setPhone] = useState(false);
  const [dark, setDark] = useState(false);
  if (!shown) return <p className="te-hint">{texts.nothing_to_show}</p>;
  return (
    <>
      {instead && <p className="te-note">{instead}</p>}
      {shown.wrong !== undefined ? (
        <p className="te-note te-bad">
          <Icon name="block" />
          {shown.wrong}
        </p>
      ) : channel === "email" ? (
        <>
          {!plain && shown.document && (
            <div className="te-switches">
              <Switch name="width" label={texts.width!} on={phone} set={setPhone} off={["desktop_windows", texts.desktop!]} other={["smartphone", texts.phone!]} />
              <Switch name="light" label={texts.light_or_dark!} on={dark} set={setDark} off={["light_mode", texts.light!]} other={["dark_mode", texts.dark!]} />
            </div>
          )}
          <div className={`te-mail${phone && !plain ? " te-narrow" : ""}${dark && !plain ? " te-dark" : ""}`}>
            <div className="te-mail-head">
              <strong>{shown.subject}</strong>
              <span>{shown.sender}</span>
            </div>
            {plain || !shown.document ? (
              <pre className="te-plain" tabIndex={0}>
                {shown.text}
              </pre>
            ) : (
              <Frame key={(dark ? "dark " : "light ") + shown.document} url={letter} document={shown.document} title={texts.frame!} />
            )}
          </div>
        </>
      ) : channel === "sms" ? (
        <div className="st-phone">
          <div className="st-phone-who">{shown.sender}</div>
          <div className="st-bubble te-said">{shown.text}</div>
          <p className="te-hint">
            {shown.size}
            <br />
            {shown.cost}
          </p>
          {shown.letters && (
            <p className="te-note">
              <Icon name="payments" />
              {shown.letters}
            </p>
          )}
        </div>
      ) : (
        <div className="st-phone te-lock">
          <div className="st-push">
            <Icon name="notifications" />
            <div>
              <strong>{shown.title}</strong>
              <div className="te-said">{shown.body}</div>
            </div>
          </div>
          {shown.url && <p className="te-hint">{texts.opens!.replace("%s", shown.url)}</p>}
          {shown.image && <p className="te-hint">{texts.picture!.replace("%s", shown.image)}</p>}
        </div>
      )}
    </>
  );
}

interface FrameProps {
  url: string;
  document: string;
  title: string;
}

/** The letter in a frame of its own policy. A new letter is a new frame: in an old one, "back" would leave the letter. */
function Frame({ url, document: html, title }: FrameProps) {
  const name = useId();
  useEffect(() => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: url, target: name, hidden: true });
    for (const [field, value] of Object.entries({ csrfmiddlewaretoken: tokenOf(), document: html })) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: field, value }));
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }, [url, html, name]);
  return <iframe name={name} sandbox="" referrerPolicy="no-referrer" title={title} />;
}

interface SwitchProps {
  name: string;
  label: string;
  on: boolean;
  set(on: boolean): void;
  off: [string, string];
  other: [string, string];
}

function Switch({ name, label, on, set, off, other }: SwitchProps) {
  return (
    <fieldset className="te-switch">
      <legend className="te-unseen">{label}</legend>
      {[off, other].map(([icon, words], index) => (
        <label key={icon}>
          <input type="radio" name={`te-${name}`} checked={on === (index === 1)} onChange={() => set(index === 1)} />
          <Icon name={icon} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
