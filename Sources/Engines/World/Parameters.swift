/// How a world works. Every number is an assumption, named here and nowhere else; none was estimated from real people.
public struct Parameters: Sendable, Equatable {
    /// How many of each there are.
    public var shoppers = 300
    public var creators = 24
    public var merchants = 8
    public var productsOfMerchant = 6
    public var categories = 6
    /// Share of the shoppers who are members on the first day; the rest can be told of it by friends.
    public var members = 0.7

    /// Standard deviation of the logarithm of interests: 0 is everybody alike.
    public var taste = 1.1
    /// Standard deviation by which the logarithm of an interest drifts a day.
    public var drift = 0.05
    /// Slots that a shopper looks at on a visit, at most, on average.
    public var attention = 14.0
    /// Log-odds of coming on a day, and how much a whole point of satisfaction adds.
    public var visit = 0.1
    public var visitBySatisfaction = 2.5

    /// Log-odds of watching to the end: at average interest, for each unit of log interest, of quality, of fatigue, and
    /// for an item that was seen before.
    public var finish = -0.9
    public var finishByInterest = 1.0
    public var finishByQuality = 2.5
    public var finishByFatigue = -0.06
    public var finishByRepetition = -1.2
    /// Share of a category's fatigue that is left the next day.
    public var fatigueLeft = 0.5

    /// Chances of a tap once a video was enjoyed, and of "not interested" when not.
    public var like = 0.25
    public var follow = 0.08
    public var dislike = 0.03
    public var click = 0.3
    /// Log-odds of buying what was opened: at average interest and price, for each unit of log interest, of satisfaction
    /// above the middle, and for having bought in the category this week. Price sensitivity is each shopper's own.
    public var want = -1.9
    public var wantByInterest = 0.6
    public var wantBySatisfaction = 2.0
    public var wantByRecentPurchase = -1.5
    /// Mean of shoppers' price sensitivities: log-odds lost for each unit of log price above the category's.
    public var priceSensitivity = 1.2

    /// Units of a product at the start and after a delivery, days between deliveries.
    public var stock = 40
    public var restockDays = 5
    /// How far one experience moves satisfaction: of what is watched in a visit, and of goods, logistics and service.
    public var satisfactionByFeed = 0.08
    public var satisfactionByPurchase = 0.25
    /// What coming too late for the last unit takes from satisfaction.
    public var disappointment = 0.02
    /// Chance that goods of no quality at all are sent back.
    public var refund = 0.3

    /// Chance a day that a satisfied member tells somebody who is none.
    public var wordOfMouth = 0.01
    /// Chance a day of being asked the NPS question; log-odds of answering, and for a point of satisfaction.
    public var asked = 0.05
    public var answer = -1.2
    public var answerBySatisfaction = 1.5

    /// Videos a day of a creator whom nobody watches, and what each doubling of followers and watchers adds.
    public var output = 0.15
    public var outputByReach = 0.09
    /// How much a finished share of one, instead of a third, improves a creator's craft in a day.
    public var learning = 0.02
    /// Days after which a video is no longer shown.
    public var shelfLife = 14

    /// The usual world.
    public init() {}
}

/// What a treatment does to a shopper who gets it. Everything at zero is no treatment at all.
public struct Effect: Sendable, Equatable {
    /// Log-odds of enjoying what is shown.
    public var enjoyment: Double
    /// Log-odds of buying what was opened.
    public var purchase: Double
    /// How much earlier the shopper is at the shelf: 0 as before, 1 before everybody.
    public var haste: Double
    /// Added to what an experience with goods is like, −1…1.
    public var experience: Double
    /// Log-odds of answering a survey, which says nothing about what is thought.
    public var response: Double

    /// An effect.
    public init(
        enjoyment: Double = 0, purchase: Double = 0, haste: Double = 0, experience: Double = 0, response: Double = 0
    ) {
        (self.enjoyment, self.purchase, self.haste) = (enjoyment, purchase, haste)
        (self.experience, self.response) = (experience, response)
    }

    /// No treatment.
    public static let none = Effect()
}
