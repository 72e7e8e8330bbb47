export { Conversation } from "@/features/chat/Conversation";
