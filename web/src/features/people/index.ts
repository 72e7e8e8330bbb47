export { PeopleList } from "@/features/people/PeopleList";
export { SignInForm } from "@/features/people/SignInForm";
