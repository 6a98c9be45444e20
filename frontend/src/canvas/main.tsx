import { createRoot } from "react-dom/client";
import { ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { EditorView } from "@codemirror/view";
import { yaml } from "@codemirror/lang-yaml";
import { dataOf } from "../shared/page";

const place = document.getElementById("canvas");
if (place) {
  Object.assign(place, { EditorView, yaml, dataOf });
  createRoot(place).render(<ReactFlow nodes={[]} edges={[]} />);
}
