import Kernel
import Store

extension Stock {
    /// The lots of these variants that run or come, by their start.
    public static func standingLots(
        of variants: [VariantID], at now: Instant, in transaction: any Transaction
    ) throws -> [FlashLot] {
        try transaction.rows(
            "SELECT * FROM flash_lots WHERE variant IN \(list: variants) AND ends_at > \(now) ORDER BY starts_at, id"
        ).map(FlashLot.init)
    }
}
