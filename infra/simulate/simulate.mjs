// Reads simulations as JSON from standard input and writes one answer for each:
// {"result": "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied", "ignored": [keys that it dropped]}, or {"error": why}.
import { text } from 'node:stream/consumers';
import { runSimulation } from '@cloud-copilot/iam-simulate';

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const ORGANISATION = [{ orgIdentifier: 'root', policies: [{ name: 'everything', policy: EVERYTHING }] }];

async function answer({ principal, action, resource, account, context, identityPolicies, resourcePolicy }) {
  const said = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: identityPolicies.map((policy, place) => ({ name: `policy-${place}`, policy })),
      serviceControlPolicies: principal.type === 'Anonymous' ? [] : ORGANISATION,
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    },
    { simulationMode: 'Strict' },
  );
  if (said.resultType === 'error') return { error: JSON.stringify(said.errors) };
  return { result: said.overallResult, ignored: said.result?.ignoredContextKeys ?? [] };
}

const asked = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await Promise.all(asked.map(answer))));
