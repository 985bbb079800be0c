/** Keeps an error in one panel from taking the whole page away: the panel says what happened, the rest goes on. */
import { Component, type ReactNode } from "react";
import { failureOf } from "../state/failure.ts";
import { Alert } from "./Alert.tsx";
import controls from "./shared/controls.module.css";

export interface PanelBoundaryProps {
  /** What stands here, for the message: "The judge". */
  readonly name: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: unknown;
}

export class PanelBoundary extends Component<PanelBoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const { message, hint } = failureOf(error);
    return (
      <Alert failure={{ ...failureOf(error), message: `${this.props.name} cannot be shown: ${message}`, hint }}>
        <button type="button" className={controls.button} onClick={() => this.setState({ error: null })}>
          Show it again
        </button>
      </Alert>
    );
  }
}
