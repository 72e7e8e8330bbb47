import { Component, type ErrorInfo, type ReactNode } from "react";
import { Trouble } from "@/ui/Trouble";

type ShieldProps = {
  children: ReactNode;
  /** Something whose change is worth another try, such as the address of the page. */
  of?: unknown;
};

/** Keeps a defect in one part of the page from taking the others with it. */
export class Shield extends Component<ShieldProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(before: ShieldProps) {
    if (before.of !== this.props.of && this.state.error) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Trouble
        message="This part of the page broke. What you wrote is kept."
        details={error.stack ?? error.message}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
