import json

from acme_sms import AcmeSms

from orchestrator.sdk import Request, Response
from orchestrator.sdk.testing import ProviderContract, Verdict


class TestAcmeSms(ProviderContract):
    unsupported = {"defer": "Acme takes a message or refuses it"}

    def make_provider(self) -> AcmeSms:
        return AcmeSms("https://sms.acme.example/messages", "token")

    def answer(self, request: Request) -> Response:
        answers = []
        for sms in json.loads(request.body):
            verdict = self.gateway.take(sms["to"], key=sms["id"], text=sms["text"])
            answers.append({"id": sms["id"], "status": "queued" if verdict is Verdict.ACCEPT else "refused"})
        return Response(200, {}, json.dumps(answers).encode())
