import { readdirSync, readFileSync, existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname ?? __dirname, "src");
const BUNDLE = resolve(SOURCE, "../../orchestrator/studio/static/studio/bundle");

// Every folder of src/ with a main.tsx is a page's entry, named by its folder; `src/shared` is what they share.
const entries = Object.fromEntries(
  readdirSync(SOURCE)
    .filter((name) => existsSync(join(SOURCE, name, "main.tsx")))
    .map((name) => [name, join(SOURCE, name, "main.tsx")]),
);

// Names without hashes keep the committed bundle's diff readable; the pages ask for them with the release's number.
const CHUNKS: [string, RegExp][] = [
  ["react", /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\//],
  ["rules", /node_modules\/(react-querybuilder|@react-querybuilder|@reduxjs|@ts-jison|@standard-schema|react-redux|redux|redux-thunk|reselect|immer|numeric-quantity|nanoid)\//],
  ["flow", /node_modules\/(@xyflow|d3-[a-z]+|zustand|classcat)\//],
  ["markup", /node_modules\/(@codemirror\/lang-(html|css|javascript|jinja)|@lezer\/(html|css|javascript|jinja))\//],
  ["editor", /node_modules\/(codemirror|@codemirror|@lezer|crelt|style-mod|w3c-keyname|@marijn)\//],
  ["shared", /\/src\/shared\//],
];

function chunkOf(id: string): string | undefined {
  if (id.includes("vite/preload-helper") || id.startsWith("\0commonjs")) return "react";
  return CHUNKS.find(([, pattern]) => pattern.test(id))?.[0];
}

/** The licences of all that is in the bundle, beside it: those of MIT and ISC ask to be passed on. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const packages = new Set<string>();
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        for (const id of Object.keys(file.modules)) {
          const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
          if (found?.[1]) packages.add(found[1]);
        }
      }
      const told = [...packages].map(licence).sort();
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: told.join("\n") });
    },
  };
}

function licence(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").replace(/\r\n/g, "\n").trim() : about.license;
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(resolve(SOURCE, "../node_modules", name, "package.json"), "utf8")).version;
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [licences()],
  // Alpine is built from its source here, which asks for its number where its own build puts it.
  define: { ALPINE_VERSION: JSON.stringify(versionOf("alpinejs")) },
  esbuild: { jsx: "automatic", legalComments: "none" },
  build: {
    outDir: process.env.BUNDLE_DIR ? resolve(process.env.BUNDLE_DIR) : BUNDLE,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: true,
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: entries,
      onwarn(warning, warn) {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning); // "use client" means nothing here
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name].js",
        assetFileNames: (asset) => `${basename(asset.names[0] ?? "asset", ".css")}.css`,
        manualChunks: chunkOf,
      },
    },
  },
});
