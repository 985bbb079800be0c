/** The page: makes the workbench, opens what the address asks for, and hands it to React. */
import "../styles/fonts.css";
import "../styles/tokens.css";
import "../styles/reset.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { invariant } from "../core/errors.ts";
import { decodeSharedState } from "../state/address/url.ts";
import { createWorkbench } from "../state/store.ts";
import { App } from "./App.tsx";
import { createBrowserEnvironment } from "./browser-environment.ts";
import { framingOf, mayRun, showAlone } from "./framing.ts";
import { followPreferences } from "./preferences-storage.ts";

const root = document.getElementById("root");
invariant(root, "The page has no #root.");
if (mayRun(framingOf(window))) start(root);
else showAlone(root, window);

function start(root: HTMLElement): void {
  const workbench = createWorkbench(createBrowserEnvironment());
  followPreferences(workbench);
  createRoot(root).render(
    <StrictMode>
      <App workbench={workbench} />
    </StrictMode>,
  );
  const { hash, search } = location;
  void workbench.open(decodeSharedState(hash, search), { hash, search });
  window.addEventListener("popstate", () => {
    const { hash } = location;
    void workbench.visit(decodeSharedState(hash), { hash, search: "" });
  });
}
