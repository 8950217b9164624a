"""Words by which a short message gives its language away. Pure data, lower case.

``COMMON`` are everyday words and those of ordering, paying and sending back. They leave out what English messages have,
too, or have by a slip of the finger (German "die" and "wen", French "on"), and greetings that everybody uses ("hola",
"ciao", "merci"). ``PARTICLES`` are as common, but stand in names and addresses as well ("Le Creuset", "van der Berg"):
they count beside other words only.
"""

from __future__ import annotations

Words = dict[str, frozenset[str]]

_COMMON = {
    "en": """
        the a an this that these those my your our their his its i'm i've i'll i'd im ive you you're we're we they it
        it's he she is isn't are aren't was wasn't were be been do don't dont does doesn't did didn't have haven't has
        hasn't had can can't cant could would should will won't and or but if because of to from for with without at by
        about into on off not no yes what where when which who why how there here than then still just please thanks
        thank get got want need know what's where's some any all out up down now new me in as so ur pls hello order
        delivery parcel money refund return cancel account help
    """,
    "de": """
        ich du er wir ihr mich mir dich dir uns euch ihnen mein meine meinen meinem meiner dein deine ihre ihren unser
        unsere das dem ein eine einen einem einer kein keine keinen ist sind bin wäre habe haben habt hatte wird wurde
        werden kann können könnt möchte muss sollte gibt geht kommt bekommen bekomme und oder aber weil dass daß wenn
        denn doch noch schon nicht nichts nur sehr auch mehr wieder immer jetzt heute gestern wie wann warum wieso
        welche vom zum zur für auf aus bei nach über unter seit bitte vielen guten tag morgen koennen fuer moechte
        zurück zurueck mal etwas alles leider bleibt wo
        bestellung bestellt paket lieferung geld rechnung konto umtauschen zurückgeben zurückschicken erstattung
        stornieren laden gekauft bezahlt geliefert gekommen angekommen kaputt defekt falsch hilfe mensch mitarbeiter
        nein
    """,
    "fr": """
        je j'ai j'avais tu il elle nous vous ils elles mon mes votre vos nos leur cet cette ces un une aux est êtes suis
        était été être avez avons ont avait peut peux pouvez puis voudrais veux dois faut fait faire et mais donc que
        qui quoi où comment quand combien pourquoi quel quelle quels est-ce pas n'ai n'est c'est n'a n'arrive jamais
        rien toujours encore déjà très trop aussi dans avec sans chez depuis svp s'il plaît beaucoup bonsoir bonjour oui
        reçu d'un d'une m'a qu'il moi fois
        commande commandé colis livraison livrez argent facture compte retourner renvoyer remboursement remboursé
        annuler arrivé arrivée magasin acheté payé cassé cassée manque parler aide quelqu'un
    """,
    "es": """
        yo tú usted ustedes él ella nosotros mis su sus nuestro este esto ese esa eso uno unas unos una es está están
        estoy estaba ser hay ha han había tengo tiene tienen puedo puede pueden podría quiero quería quisiera necesito
        hacer hace pero porque que qué quién cómo como cuándo cuando cuánto cuanto dónde donde cuál por para sin sobre
        desde hasta entre más muy también nada nunca todavía aún lo nos favor muchas buenos buenas días tardes sí ya
        veces hola
        pedido paquete envío envio envíos envios dinero factura cuenta devolver devolución reembolso anular cancelar
        llegado llegó llega tienda comprado pagado cobrado roto rota falta hablar ayuda persona alguien
    """,
    "it": """
        io lui noi voi mio mia miei vostro vostra suo sua questo questa quello quella uno una sono sei siete era essere
        ho hai abbiamo avete hanno vorrei voglio posso può potete devo fare fatto ed perché che chi cosa come quando
        quanto quanti dove dov'è qual quale dal dalla della dei delle dello alla alle nel nella sul sulla con già ancora
        più molto anche niente mai qui ci si gli è grazie mille buongiorno buonasera salve sì c'è volte riesco
        ricevuto ordine ordinato pacco spedizione consegna soldi fattura conto restituire reso rimborso annullare
        arrivato arrivata negozio comprato pagato rotto rotta manca parlare aiuto persona qualcuno
    """,
    "nl": """
        ik jij je hij zij wij jullie mijn jouw uw ons onze dit deze het een geen zijn ben bent heb hebt heeft hebben
        wordt worden werd kan kunnen kunt willen wil moet moeten zou mag krijg krijgen gaat gaan maar omdat als waar
        wanneer waarom hoe welke niet niets nog ook wel weer nu naar voor bij uit sinds graag alstublieft aub bedankt
        dank goedemorgen goedemiddag goedendag nee te om keer mij en er
        bestelling besteld pakket levering geld factuur rekening terugsturen terug retourneren terugbetaling annuleren
        ontvangen aangekomen winkel gekocht betaald kapot stuk kosten ontbreekt hulp iemand medewerker
    """,
    "pl": """
        ja ty mnie mi mój moja moje moją mojego mojej wasz pani państwo ten ta te tego tej jest są był była było być
        mam macie mieć mogę może można możecie chcę chce chciałbym chciałabym proszę prosze ale bo że żeby czy co jak
        gdzie kiedy ile dlaczego który która jaki jakie nie nic już juz jeszcze też tylko bardzo na od po dla przez bez
        się sie za razy dzień dobry dziękuję dziekuje witam cześć tak
        zamówienie zamówienia zamówiłem zamówiłam paczka paczki paczkę przesyłka wysyłka dostawa pieniądze pieniędzy
        faktura fakturę konto zwrócić zwrot anulować przyszło doszło sklep zapłaciłem zapłaciłam pomoc człowiekiem
    """,
    "pt": """
        eu você vocês vcs pra mim ele ela nós meu minha meus minhas seu sua esta este esse essa isso um uma uns umas
        são está estão estou era ser foi fui há tem têm tenho tinha posso pode podem podia poderia quero queria
        gostaria preciso fazer mas porque que quem como quando quanto onde qual por para com sem sobre desde até entre
        não nem já mais muito também nada nunca ainda favor obrigado obrigada bom boa tarde dia olá sim vezes é à
        consigo
        pedido encomenda encomendei envio entrega entregam dinheiro fatura conta custa devolver devolução reembolso
        cancelar chegou recebo recebi loja comprei paguei cobrado falta falar ajuda pessoa alguém
    """,
}
_PARTICLES = {
    "de": "den der die des von zu im am an mit hat hab war was so es in",
    "fr": "a le la les l de des du en au sur ne n'y y à m'en ma par plus",
    "es": "a el la los las de del al en y con no ni se me te les un mi son",
    "it": "il lo la le i di del da a al in per e o non un mi tra",
    "nl": "de van den der in op met dat die is wat aan over door of a",
    "pl": "w z i o do to my we ze pan",
    "pt": "o a os as de do da dos das no na em ao pelo pela se me e",
}

COMMON: Words = {language: frozenset(words.split()) for language, words in _COMMON.items()}
PARTICLES: Words = {language: frozenset(words.split()) for language, words in _PARTICLES.items()}
