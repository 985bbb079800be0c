/** What lies under the words: how far each token moved, and what the judge says of every statement. */
import { PanelBoundary } from "../PanelBoundary.tsx";
import { Distribution } from "./Distribution.tsx";
import { Judge } from "./Judge.tsx";

export function DetailPanel() {
  return (
    <>
      <Distribution />
      <PanelBoundary name="The judge">
        <Judge />
      </PanelBoundary>
    </>
  );
}
