/// What an import did.
public struct ImportReport: Sendable, Equatable {
    /// Rows of one table; `read` is the sum of the others.
    public struct Count: Sendable, Equatable {
        /// The table.
        public let table: Table
        /// Rows of the file.
        public var read = 0
        /// Rows that are new or changed something.
        public var written = 0
        /// Rows that stood like this before.
        public var unchanged = 0
        /// Rows that were refused; the log tells why.
        public var refused = 0
    }

    /// The data set.
    public let dataset: Dataset
    /// The tables that the folder has, in order of reading.
    public var tables: [Count] = []
    /// Files and columns that the format does not know, each once, as a sentence.
    public var warnings: [String] = []
    /// Media files that were new.
    public var mediaCopied = 0
    /// Products that the journal was told of.
    public var productsAnnounced = 0
    /// Where refused rows are listed.
    public let rejections: String

    /// Whether every row was taken; the command's exit code is 0 then and 2 otherwise.
    public var isClean: Bool { tables.allSatisfy { $0.refused == 0 } }
}

/// How far an import is; told after each batch.
public struct ImportProgress: Sendable, Equatable {
    /// The table.
    public let table: Table
    /// Rows of it that were dealt with.
    public let rows: Int
    /// Rows a second since the table was begun.
    public let rowsPerSecond: Double
    /// Share of the file that was read, 0…1.
    public let fraction: Double
}
