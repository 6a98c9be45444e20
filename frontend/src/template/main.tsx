import { createRoot } from "react-dom/client";
import "./template.css";
import { dataOf } from "../shared/page";
import { App } from "./App";
import type { Data } from "./types";

const place = document.getElementById("template-editor");
if (place) createRoot(place).render(<App data={dataOf<Data>("template-data")} />);
