/** A page without the picture: its head works all the same. */
import { startHeader } from "./header.js";
import { loadMessages } from "./i18n.js";

loadMessages();
startHeader();
