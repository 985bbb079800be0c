/** What the page does in a few sentences, and all shortcuts. */
import { Dialog } from "radix-ui";
import { actions, controlKeys } from "./actions.ts";
import { useActions, useSelect } from "./use-workbench.ts";

export function HelpDialog() {
  const { preferences } = useActions();
  const open = useSelect((state) => state.preferences.dialog === "help");
  const shortcuts = useSelect((state) => state.preferences.shortcuts);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => preferences.open(next ? "help" : null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog">
          <div className="row">
            <Dialog.Title className="dialog-title">Help</Dialog.Title>
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
          <Dialog.Description className="dialog-text">
            Drag the pruning ratio and watch which neurons and heads of the model go. Bars, field and counts follow the
            thumb. Once it rests, the pruned model is measured on the dense model's reasoning: the stronger a word's
            colour, the less the two agree. What is older than the thumb is grey and says its ratio.
          </Dialog.Description>
          <h3 className="panel-title">Keys</h3>
          <dl className="keys">
            {actions.map((action) => (
              <div key={action.name}>
                <dt>
                  <kbd>{action.key}</kbd>
                </dt>
                <dd>{action.label}</dd>
              </div>
            ))}
            {controlKeys.map(({ keys, label }) => (
              <div key={keys}>
                <dt>{keys}</dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
          <label className="check">
            <input
              type="checkbox"
              checked={shortcuts}
              onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
            />
            Single keys act outside of text fields
          </label>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
