/**
 * What both backends ask of a request before they run it. A request that breaks these is a mistake in our own code,
 * so every check throws an `internal` PivotscopeError that names the two numbers that do not fit.
 */
import { invariant } from "../../core/errors.ts";
import {
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
