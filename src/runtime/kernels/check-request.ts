/**
 * What both backends ask of a request before they run it. A request that breaks these is a mistake in our own code,
 * so every check throws an `internal` PivotscopeError that names the two numbers that do not fit.
 */
import { invariant } from "../../core/errors.ts";
import {
  type ColumnProductsRequest,
  INPUT_STATISTICS,
  type InputStatisticsRequest,
  LINE_TERMS,
  type LineTermsRequest,
  type TokenDivergenceRequest,
  type TokenStatisticsRequest,
  type TokenStatisticsSummaryRequest,
  tokenStatisticsLength,
  type WeightGradientRequest,
} from "./contract.ts";

/** How many elements (of four bytes) a buffer holds at least; differs between backends. */
export type Capacity<Buffer> = (buffer: Buffer) => number;

/** Number of units that the weight is cut into. */
export function weightGradientUnits<Buffer>(request: WeightGradientRequest<Buffer>): number {
  return (request.axis === "rows" ? request.outputs : request.inputs) / request.groupSize;
}

export function checkWeightGradient<Buffer>(request: WeightGradientRequest<Buffer>, capacity: Capacity<Buffer>): void {
  const { outputs, inputs, batches, rowsPerBatch, groupSize } = request;
  for (const [name, value] of Object.entries({ outputs, inputs, batches, rowsPerBatch, groupSize })) {
    checkSize("weightGradient", name, value);
  }
  const lines = request.axis === "rows" ? outputs : inputs;
  invariant(
    lines % groupSize === 0,
    `weightGradient: ${lines} ${request.axis} do not divide into groups of ${groupSize}.`,
  );
  checkOffset("weightGradient", "accumulatorOffset", request.accumulatorOffset);
  const rows = batches * rowsPerBatch;
  const needed = request.accumulatorOffset + lines / groupSize;
  checkCapacity("weightGradient", "weight", capacity(request.weight), outputs * inputs);
  checkCapacity("weightGradient", "input", capacity(request.input), rows * inputs);
  checkCapacity("weightGradient", "gradient", capacity(request.gradient), rows * outputs);
  checkCapacity("weightGradient", "accumulator", capacity(request.accumulator), needed);
}

/** Rows or columns of the weight. */
export function lineCount<Buffer>(request: LineTermsRequest<Buffer>): number {
  return request.axis === "rows" ? request.outputs : request.inputs;
}

export function checkLineTerms<Buffer>(request: LineTermsRequest<Buffer>, capacity: Capacity<Buffer>): void {
  const { outputs, inputs, batches, samplesPerBatch, rowsPerSample } = request;
  for (const [name, value] of Object.entries({ outputs, inputs, batches, samplesPerBatch, rowsPerSample })) {
    checkSize("lineTerms", name, value);
  }
  checkOffset("lineTerms", "accumulatorOffset", request.accumulatorOffset);
  const samples = batches * samplesPerBatch;
  const rows = samples * rowsPerSample;
  const needed = request.accumulatorOffset + LINE_TERMS * lineCount(request);
  checkCapacity("lineTerms", "weight", capacity(request.weight), outputs * inputs);
  checkCapacity("lineTerms", "input", capacity(request.input), rows * inputs);
  checkCapacity("lineTerms", "gradient", capacity(request.gradient), rows * outputs);
  checkCapacity("lineTerms", "fisherWeights", capacity(request.fisherWeights), samples);
  checkCapacity("lineTerms", "accumulator", capacity(request.accumulator), needed);
}

export function checkInputStatistics<Buffer>(
  request: InputStatisticsRequest<Buffer>,
  capacity: Capacity<Buffer>,
): void {
  const { samples, rowsPerSample, width, accumulatorOffset } = request;
  for (const [name, value] of Object.entries({ samples, rowsPerSample, width })) {
    checkSize("inputStatistics", name, value);
  }
  checkOffset("inputStatistics", "accumulatorOffset", accumulatorOffset);
  const rows = samples * rowsPerSample;
  const needed = accumulatorOffset + INPUT_STATISTICS * width;
  checkCapacity("inputStatistics", "values", capacity(request.values), rows * width);
  checkCapacity("inputStatistics", "classes", capacity(request.classes), rows);
  checkCapacity("inputStatistics", "accumulator", capacity(request.accumulator), needed);
}

export function checkColumnProducts<Buffer>(request: ColumnProductsRequest<Buffer>, capacity: Capacity<Buffer>): void {
  const { rows, width, accumulatorOffset } = request;
  checkSize("columnProducts", "rows", rows);
  checkSize("columnProducts", "width", width);
  checkOffset("columnProducts", "accumulatorOffset", accumulatorOffset);
  checkCapacity("columnProducts", "left", capacity(request.left), rows * width);
  checkCapacity("columnProducts", "right", capacity(request.right), rows * width);
  checkCapacity("columnProducts", "accumulator", capacity(request.accumulator), accumulatorOffset + width);
}

export function checkTokenStatistics<Buffer>(
  request: TokenStatisticsRequest<Buffer>,
  capacity: Capacity<Buffer>,
): void {
  const { rows, width, accumulatorOffset } = request;
  checkSize("tokenStatistics", "rows", rows);
  checkSize("tokenStatistics", "width", width);
  checkOffset("tokenStatistics", "accumulatorOffset", accumulatorOffset);
  const needed = accumulatorOffset + tokenStatisticsLength(width);
  checkCapacity("tokenStatistics", "values", capacity(request.values), rows * width);
  checkCapacity("tokenStatistics", "classes", capacity(request.classes), rows);
  checkCapacity("tokenStatistics", "accumulator", capacity(request.accumulator), needed);
}

export function checkTokenStatisticsSummary<Buffer>(
  request: TokenStatisticsSummaryRequest<Buffer>,
  capacity: Capacity<Buffer>,
): void {
  const { width, accumulatorOffset, resultOffset } = request;
  checkSize("tokenStatisticsSummary", "width", width);
  checkOffset("tokenStatisticsSummary", "accumulatorOffset", accumulatorOffset);
  checkOffset("tokenStatisticsSummary", "resultOffset", resultOffset);
  const needed = accumulatorOffset + tokenStatisticsLength(width);
  checkCapacity("tokenStatisticsSummary", "accumulator", capacity(request.accumulator), needed);
  checkCapacity("tokenStatisticsSummary", "result", capacity(request.result), resultOffset + 2);
}

export function checkTokenDivergence<Buffer>(
  request: TokenDivergenceRequest<Buffer>,
  capacity: Capacity<Buffer>,
): void {
  const { rows, vocabulary } = request;
  checkSize("tokenDivergence", "rows", rows);
  checkSize("tokenDivergence", "vocabulary", vocabulary);
  // The argmax is written as a float32, which holds every integer up to 2^24.
  invariant(
    vocabulary <= 2 ** 24,
    `tokenDivergence: a vocabulary of ${vocabulary} is more than the 16,777,216 supported.`,
  );
  checkCapacity("tokenDivergence", "reference", capacity(request.reference), rows * vocabulary);
  checkCapacity("tokenDivergence", "pruned", capacity(request.pruned), rows * vocabulary);
  checkCapacity("tokenDivergence", "targets", capacity(request.targets), rows);
  checkCapacity("tokenDivergence", "result", capacity(request.result), rows * 4);
}

function checkSize(kernel: string, name: string, value: number): void {
  invariant(Number.isInteger(value) && value > 0, `${kernel}: ${name} is ${value}, it must be a positive integer.`);
}

function checkOffset(kernel: string, name: string, value: number): void {
  invariant(Number.isInteger(value) && value >= 0, `${kernel}: ${name} is ${value}, it must be an integer from 0 on.`);
}

function checkCapacity(kernel: string, name: string, found: number, needed: number): void {
  invariant(found >= needed, `${kernel}: buffer ${name} holds ${found} elements, the request needs ${needed}.`);
}
