import Foundation

/// The probability with which a token stays in the corpus for one epoch.
///
/// `sqrt(t / f) + t / f`, at most 1, for a word that makes up the share f of all tokens: the
/// formula of word2vec.c, which differs from the `sqrt(t / f)` of the paper (Mikolov et al. 2013,
/// https://arxiv.org/abs/1310.4546, section 2.3) and is what all its successors use.
///
/// - Parameters:
///   - count: how often the word occurs.
///   - total: how many tokens of known words there are.
///   - threshold: the share t above which words are thinned out; 0 keeps every token.
/// - Returns: a probability in 0…1.
func keepProbability(count: Int, total: Int, threshold: Double) -> Double {
  guard threshold > 0, count > 0 else { return 1 }
  let ratio = threshold * Double(total) / Double(count)
  return min(1, ratio.squareRoot() + ratio)
}

/// The largest 32-bit random number at which a token with this probability stays.
func keepThreshold(_ probability: Double) -> UInt32 {
  UInt32(min(max(0, probability * 0x1p32 - 1), Double(UInt32.max)))
}
