/** A link names a host of others: shown large, before anything is asked of it. */
import { DEFAULT_HUB } from "../../models/hub/default-hub.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { isOwnMachine, strangeOrigin } from "../../models/source-host.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions } from "../use-workbench.ts";
import styles from "./ForeignHostStep.module.css";
import steps from "./steps.module.css";

export function ForeignHostStep({ source }: { readonly source: ModelSource }) {
  const { opening } = useActions();
  const { host, protocol, hostname } = new URL(strangeOrigin(source, location.origin) ?? DEFAULT_HUB);
  const open = protocol === "http:" && !isOwnMachine(hostname);
  return (
    <>
      <h3 className={steps.title} data-step-title tabIndex={-1}>
        This link opens {source.name} from
        <strong className={styles.host}>{host}</strong>
      </h3>
      <p>
        That is not {new URL(DEFAULT_HUB).host}, and nothing has been asked of it yet. It would learn that you are here
        and may answer with anything. Go on only if you know whose it is.
      </p>
      {open && <p className={texts.noteStrong}>What goes there and comes from there is not encrypted.</p>}
      <div className={steps.actions}>
        <button type="button" className={controls.button} onClick={() => void opening.agree()}>
          Ask {host}
        </button>
        <button type="button" className={controls.button} onClick={() => opening.back()}>
          Choose another
        </button>
      </div>
    </>
  );
}
