import { Kbd } from "@mantine/core";
import { writtenKeys } from "@/lib/shortcuts";

/** Keys as they stand on this machine's keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span>
      {writtenKeys(keys).map((key, at) => (
        <span key={key}>
          {at > 0 && " + "}
          <Kbd size="xs">{key}</Kbd>
        </span>
      ))}
    </span>
  );
}
