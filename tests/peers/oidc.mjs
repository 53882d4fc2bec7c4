// oidc-provider, which is certified by the OpenID Foundation, on a free port; the port is the first line of the output.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const GROUPS = { ann: ["all", "ops"], bob: [] };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "notifyhub",
        client_secret: "a-secret-of-the-tests",
        redirect_uris: ["https://hub.example/signin/oidc/callback"],
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id} of the tests`,
        email: `${id}@id.example`,
        email_verified: true,
        groups: GROUPS[id],
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(port);
});
