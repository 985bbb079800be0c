/** The tab Compare: both models' own words as they come, once somebody asks for them, and pinned sides beside the live one. */
import { ReasoningComparison } from "./ReasoningComparison.tsx";
import { SidesPanel } from "./SidesPanel.tsx";

export default function ComparePanel() {
  return (
    <>
      <ReasoningComparison />
      <SidesPanel />
    </>
  );
}
