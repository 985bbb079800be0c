/** The shape of the page's state: one field for each slice. */
import type { CalibrationState } from "./slices/calibration-state.ts";
import type { CurveState } from "./slices/curve/curve-state.ts";
import type { ExperimentsState } from "./slices/experiments/experiments-state.ts";
import type { LayersState } from "./slices/experiments/layers-state.ts";
import type { ExportingState } from "./slices/exporting/exporting-state.ts";
import type { FilesState } from "./slices/files/files-state.ts";
import type { HistoryState } from "./slices/history/history-state.ts";
import type { InputState } from "./slices/input/input-state.ts";
import type { ScenesState } from "./slices/input/scenes-state.ts";
import type { KeptState } from "./slices/kept/kept-state.ts";
import type { LinkState } from "./slices/link-state.ts";
import type { ComparisonState } from "./slices/measurement/comparison-state.ts";
import type { MeasurementState } from "./slices/measurement/measurement-state.ts";
import type { OpeningState } from "./slices/model/model-opening-state.ts";
import type { ModelState } from "./slices/model/model-state.ts";
import type { StoredState } from "./slices/model/model-stored-state.ts";
import type { OwnSamplesState } from "./slices/own-samples/own-samples-state.ts";
import type { PinsState } from "./slices/pins/pins-state.ts";
import type { PreferencesState } from "./slices/preferences-state.ts";
import type { PruningState } from "./slices/pruning/pruning-state.ts";
import type { ReasoningState } from "./slices/reasoning/reasoning-state.ts";
import type { SpeedState } from "./slices/speed/speed-state.ts";

export interface WorkbenchState {
  readonly link: LinkState;
  readonly model: ModelState;
  readonly opening: OpeningState;
  readonly stored: StoredState;
  readonly input: InputState;
  readonly scenes: ScenesState;
  readonly reasoning: ReasoningState;
  readonly calibration: CalibrationState;
  readonly exporting: ExportingState;
  readonly files: FilesState;
  readonly history: HistoryState;
  readonly kept: KeptState;
  readonly ownSamples: OwnSamplesState;
  readonly pruning: PruningState;
  readonly measurement: MeasurementState;
  readonly curve: CurveState;
  readonly comparison: ComparisonState;
  readonly pins: PinsState;
  readonly experiments: ExperimentsState;
  readonly layers: LayersState;
  readonly speed: SpeedState;
  readonly preferences: PreferencesState;
}
