export { ResponsePanel } from "@/features/response/ResponsePanel";
