import { Progress } from "@mantine/core";

type ShareBarProps = {
  label: string;
  /** From 0 to 100; `null`: it goes on, and nobody says how far it is. */
  share: number | null;
};

/** How far something is. */
export function ShareBar({ label, share }: ShareBarProps) {
  if (share !== null) return <Progress value={share} aria-label={label} />;
  return (
    <Progress.Root role="progressbar" aria-label={label}>
      <Progress.Section value={100} withAria={false} striped animated />
    </Progress.Root>
  );
}
