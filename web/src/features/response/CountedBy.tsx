import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Report } from "@/api/previews";

const ESTIMATED = "The numbers are estimated; the provider counts for itself.";
const WHOLE = "The server counted the whole; the numbers of its parts are estimated.";
const COUNTED: Record<Report["counting"], string> = {
  whole: WHOLE,
  "all but the opening": WHOLE,
  words: "The server counted the words; what its template lays around them is estimated.",
  guess: "The server counted, by a vocabulary that need not be the model's.",
};

type CountedByProps = {
  report: Pick<Report, "counted" | "counting" | "estimated">;
};

/** Whose the numbers of tokens are: counted by the server, in part or as a whole, or estimated. */
export function CountedBy({ report }: CountedByProps) {
  const { t } = useTranslation();
  const counted = report.counted !== null && report.counted !== undefined;
  if (!counted && !report.estimated) return null;
  return (
    <Text size="xs" c="dimmed">
      {t(counted ? COUNTED[report.counting] : ESTIMATED)}
    </Text>
  );
}
