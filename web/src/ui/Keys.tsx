import { Kbd } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { writtenKeys } from "@/lib/shortcuts";

/** Keys as they stand on this machine's keyboard. */
export function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return (
    <span>
      {writtenKeys(keys, t).map((key, at) => (
        <span key={key}>
          {at > 0 && " + "}
          <Kbd size="xs">{key}</Kbd>
        </span>
      ))}
    </span>
  );
}
