import { createRoot } from "react-dom/client";
import "./builder.css";
import { dataOf } from "../shared/page";
import { App } from "./App";
import type { Data } from "./types";

const place = document.getElementById("builder");
if (place) createRoot(place).render(<App data={dataOf<Data>("builder-data")} />);
