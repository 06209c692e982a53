// The login.

import { $ } from "./dom.js";
import { post } from "./link.js";
import { offerLanguage, say, sayAll } from "./words.js";

sayAll();
offerLanguage($("language"));
$("enter").disabled = false; // not before: the browser itself would send the form somewhere

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("enter").disabled = true;
  $("wrong").hidden = true;
  const answer = await post("/login", { name: $("name").value, password: $("password").value });
  $("enter").disabled = false;
  if (answer.ok) return location.assign(answer.result.page);
  $("wrong").textContent = words(answer.error);
  $("wrong").hidden = false;
  $("password").select();
});

function words(error) {
  if (error.code === "wrong-password") return say("The name or the password is not right.");
  if (error.code === "too-many-tries") {
    return say("Too many wrong tries. Please wait {seconds} seconds.", { seconds: error.field });
  }
  if (error.code === "unreachable") return say("The server does not answer. Please try again.");
  return say("This could not be done.");
}
