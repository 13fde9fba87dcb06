"""The label vocabulary: ids and definitions of every tag. The definitions follow the labelling guide."""

SENTIMENTS = ("negative", "neutral", "positive", "mixed")
EMOTIONS = {
    "anger": "annoyance, frustration, outrage, disgust",
    "disappointment": "let down, sad, regret",
    "anxiety": "worry, fear, stress",
    "confusion": "does not understand, puzzled",
    "gratitude": "thanks",
    "joy": "happy, delighted, love, fun, excited",
    "approval": "calm praise, trust, satisfied",
    "relief": "relieved",
    "surprise": "unexpected, good or bad",
    "desire": "wishes, longs for, hopes for something",
}
FINE_EMOTIONS = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity",
    "desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear",
    "gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization", "relief",
    "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip
THEMES = {
    "delivery": "goods shipped: late, lost, damaged, courier, tracking",
    "returns_refunds": "sending back, exchange, refund, return label, return policy",
    "product_quality": "defects, durability, material, works or not, taste of packaged goods, effectiveness",
    "fit_and_description": "size, cut, colour, looks on the person, not as described or pictured",
    "price_value": "price level, value for money, price rises",
    "billing_payment": "charges, invoices, fees, deposits, payment methods, payments not credited, debts",
    "promotions_loyalty": "discounts, coupons, gift cards, points, miles, status benefits",
    "ordering_booking": "placing or changing an order, booking, reservation, checkout",
    "availability": "out of stock, sold out, no coverage, no drivers, no seats, limited capacity",
    "support_service": "help by phone, chat, mail, social media: quality and willingness",
    "wait_time": "hold times, queues, slow service, slow reply",
    "staff_in_person": "behaviour of staff met in person: shop, crew, driver, waiter, host",
    "digital_experience": "web site or app: usability, bugs, crashes, ads, updates",
    "account_security": "login, access, identity, hacked, fraud, privacy, personal data, wrong records",
    "cancellation_contract": "wants to cancel, lock-in, renewal, contract terms",
    "service_disruption": "company cancels, delays or fails to provide the service: late flight, outage",
    "communication": "information given or withheld: updates, notices, contradictory or misleading",
    "policy_fairness": "a rule or decision seen as unfair, denial, dispute, eligibility",
    "facilities_comfort": "rooms, seats, premises, cleanliness, noise, temperature, location, ambience",
    "food_drink": "food and drink served",
    "features_content": "what is offered: selection, catalogue, functions, functions wanted",
    "setup_onboarding": "installing, activating, getting started, assembly, instructions",
    "belongings": "luggage or other things of the customer lost, delayed or damaged",
    "personalisation": "being known or treated as an individual, relevance of recommendations",
    "overall": "only general praise or blame, nothing specific",
}
EMPATHY_GAPS = {
    "unheard": "no answer, ignored, had to repeat it, several contacts without result",
    "dismissed": "concern belittled, not believed, blamed on the customer, brushed off",
    "scripted": "canned or generic replies, robots or menus with no way to a person",
    "no_ownership": "passed around, nobody responsible, contradicting answers from different people",
    "broken_promise": "a promise (call back, refund, date) not kept",
    "unacknowledged": "harm or trouble not recognised: no apology, no thanks, no gesture",
    "disrespect": "rude, condescending, hung up on, humiliated, discriminated against",
    "inflexible": "rule applied in spite of the customer's circumstances",
}
CHURN = {
    "left": "has already cancelled, switched, stopped",
    "leaving": "says they will leave",
    "at_risk": "threat, condition or doubt",
    "none": "says nothing of leaving or staying",
    "loyal": "will come back, will buy again, recommends, stays",
}
EFFORT = ("high", "low", "none")
URGENCY = (1, 2, 3, 4)
INTENTS = ("complaint", "request", "question", "suggestion", "praise", "report", "other")
FORCES = {
    "certainty": "things are clear, work as promised, the customer knows what happens",
    "fair_treatment": "fair exchange, gets what was paid for, treated fairly",
    "control": "the customer can decide and influence",
    "status": "feels valued, respected, special",
    "belonging": "company cares, shares values, like family",
    "enjoyment": "makes life easier or nicer, pleasure",
}
SPECTRUM = ("needs", "expectations", "wants", "preferences", "personalisation", "empathy")
VALUES = ("functional", "economic", "experiential", "symbolic")
