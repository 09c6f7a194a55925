"""Knowledge: questions to the shop's pages and to what is said of a product, answered by passages or not at all.

Knows nothing of where pages are kept, of shoppers or of chat.
"""

from retrieval.embed import Embedder
from retrieval.knowledge.passage import PassageHit
from retrieval.knowledge.sentences import sentences
from retrieval.knowledge.statements import statements
from retrieval.lexical import Analyzer
from retrieval.product import Product

_SUPPORTED = 0.5


class Knowledge:
    """What a shop can be asked. Not for two threads at once."""

    async def passages(
        self, question: str, embedder: Embedder, analyzer: Analyzer, limit: int
    ) -> tuple[PassageHit, ...]:
        """As Retriever.passages."""
        return ()

    def evidence(
        self, question: str, product: Product, embedder: Embedder, analyzer: Analyzer, limit: int
    ) -> tuple[PassageHit, ...]:
        """As Retriever.evidence. Raises EmbedderError."""
        asked = set(analyzer.terms(question)) - {analyzer.stem(word) for word in analyzer.words.function}
        vector = embedder.embed_query(question)
        best: list[PassageHit] = []
        for statement in statements(product):
            held = [each.text for each in sentences(statement.passage.text)]
            near = embedder.embed_documents(held) @ vector
            for text, cosine in zip(held, near.tolist(), strict=True):
                shared = len(asked & set(analyzer.terms(f"{statement.passage.heading} {text}"))) / max(1, len(asked))
                score = min(1.0, max(0.0, (cosine + shared) / 2))
                if score >= _SUPPORTED:
                    hit = PassageHit(passage=statement.passage, sentence=text, score=score, kind=statement.kind)
                    best.append(hit)
        return tuple(sorted(best, key=lambda hit: -hit.score)[:limit])
