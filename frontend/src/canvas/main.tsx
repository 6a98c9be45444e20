import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import { dataOf } from "../shared/page";
import { App } from "./App";
import type { Data } from "./types";

const place = document.getElementById("canvas");
if (place) createRoot(place).render(<App data={dataOf<Data>("canvas-data")} />);
