export { useErrands } from "@/features/errands/useErrands";
