/** The charts of experiments: methods, ratios, ablations, windows, layers side by side. Pure like all charts. */
import "../charts.css";
import "./experiments.css";

export { AblationTable, type AblationTableProps } from "./AblationTable.tsx";
export { CurvesChart, type CurvesChartProps } from "./CurvesChart.tsx";
export type {
  AblationData,
  AblationRow,
  Curve,
  CurvePoint,
  CurvesData,
  Estimate,
  ExperimentChartProps,
  KlPlace,
  KlPlacesData,
  KlValues,
  LayerValue,
  LayerView,
  MethodRow,
  MethodsData,
  MetricDescription,
  SeriesName,
  WindowData,
  WindowPoint,
} from "./data.ts";
export { KlOverlay, type KlOverlayProps } from "./KlOverlay.tsx";
export { KlPlaces, type KlPlacesProps } from "./KlPlaces.tsx";
export { LayerViews, type LayerViewsProps } from "./LayerViews.tsx";
export { MethodsTable, type MethodsTableProps } from "./MethodsTable.tsx";
export { MUCRASP_FIGURES, type PaperFigures } from "./paper.ts";
export { SeriesSample } from "./SeriesKey.tsx";
export { WindowChart, type WindowChartProps } from "./WindowChart.tsx";
