import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Threads of the wasm backend need cross-origin isolation. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  plugins: [react()],
  // Relative addresses: the build works from any folder of any host.
  base: "./",
  worker: { format: "es" },
  // onnxruntime looks its wasm up beside itself, which pre-bundling would move.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  build: { target: "es2023" },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
});
