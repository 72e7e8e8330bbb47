export { ConnectionsDesk } from "@/features/connections/ConnectionsDesk";
