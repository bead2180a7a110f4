import ArgumentParser

@main struct Quanyu: AsyncParsableCommand {}
