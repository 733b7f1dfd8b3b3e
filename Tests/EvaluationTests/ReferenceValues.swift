// Written by Resources/make_fixtures.py with SciPy 1.17.1 and scikit-learn 1.9.1.

/// What SciPy and scikit-learn compute.
enum ReferenceValues {
  /// (t, degrees of freedom, scipy.stats.t.cdf).
  static let cumulative: [(t: Double, freedom: Double, p: Double)] = [
    (-40, 1, 0.007956089912025812), (-3.2, 1, 0.09641124797922958), (-1, 1, 0.25000000000000006),
    (-1e-06, 1, 0.4999996816759652), (0, 1, 0.5), (0.4, 1, 0.6211189415908434),
    (2.262157162740992, 1, 0.867510501805063), (12, 1, 0.9735353239404101),
    (-40, 2, 0.0003122073360923703), (-3.2, 2, 0.04267043961997642), (-1, 2, 0.2113248654051871),
    (-1e-06, 2, 0.4999996464466094), (0, 2, 0.5), (0.4, 2, 0.6360827634879543),
    (2.262157162740992, 2, 0.9239683759380375), (12, 2, 0.9965635331614208),
    (-40, 4, 1.1670081613006339e-06), (-3.2, 4, 0.016450405300469487),
    (-1, 4, 0.18695048315002943), (-1e-06, 4, 0.499999625), (0, 4, 0.5),
    (0.4, 4, 0.6452013692850016), (2.262157162740992, 4, 0.9567630388068302),
    (12, 4, 0.9998617857257485), (-40, 9, 9.491499224669911e-12), (-3.2, 9, 0.005415651294950661),
    (-1, 9, 0.1717181980689568), (-1e-06, 9, 0.49999961196509113), (0, 9, 0.5),
    (0.4, 9, 0.6507579541643174), (2.262157162740992, 9, 0.9749999999976622),
    (12, 9, 0.9999996150056889), (-40, 29, 3.173438664864671e-27),
    (-3.2, 29, 0.0016592212317408765), (-1, 29, 0.16279099400809682),
    (-1e-06, 29, 0.499999604481421), (0, 29, 0.5), (0.4, 29, 0.6539561364111421),
    (2.262157162740992, 29, 0.9843219231433826), (12, 29, 0.9999999999995469),
    (-40, 99.5, 1.9813553391485693e-63), (-3.2, 99.5, 0.0009222450609197529),
    (-1, 99.5, 0.1598681270076934), (-1e-06, 99.5, 0.4999996020588121), (0, 99.5, 0.5),
    (0.4, 99.5, 0.654993022317182), (2.262157162740992, 99.5, 0.987068819067072), (12, 99.5, 1.0),
    (-40, 1000, 5.239426077586636e-210), (-3.2, 1000, 0.0007087691521587772),
    (-1, 1000, 0.15877620904233627), (-1e-06, 1000, 0.4999996011574427), (0, 1000, 0.5),
    (0.4, 1000, 0.6553790283669709), (2.262157162740992, 1000, 0.9880491787113472),
    (12, 1000, 1.0),
  ]

  /// (probability, degrees of freedom, scipy.stats.t.ppf).
  static let quantiles: [(probability: Double, freedom: Double, t: Double)] = [
    (1e-09, 1, -318309886.1837907), (0.025, 1, -12.706204736174705), (0.3, 1, -0.7265425280053609),
    (0.5, 1, 0.0), (0.975, 1, 12.706204736174694), (0.9999, 1, 3183.098757118502),
    (1e-09, 3, -1033.1096745038078), (0.025, 3, -3.1824463052837086),
    (0.3, 3, -0.5843897274398188), (0.5, 3, 0.0), (0.975, 3, 3.1824463052837078),
    (0.9999, 3, 22.203742273205), (1e-09, 9, -23.7299198193785), (0.025, 9, -2.2621571627982053),
    (0.3, 9, -0.5434802414542969), (0.5, 9, 0.0), (0.975, 9, 2.262157162798205),
    (0.9999, 9, 6.010132129081531), (1e-09, 99, -6.605517608957048),
    (0.025, 99, -1.9842169515864176), (0.3, 99, -0.5260932405485903), (0.5, 99, 0.0),
    (0.975, 99, 1.9842169515864174), (0.9999, 99, 3.8630891071273092),
    (1e-09, 1000, -6.053690272079834), (0.025, 1000, -1.9623390808264085),
    (0.3, 1000, -0.524567707309227), (0.5, 1000, 0.0), (0.975, 1000, 1.9623390808264083),
    (0.9999, 1000, 3.7328516045753966),
  ]

  static let labels: [Bool] = [
    false, false, false, false, false, false, false, false, false, false, false, false, false,
    false, false, true, false, false, false, true, true, false, true, true, true, false, false,
    false, true, false, false, true, false, false, true, false, true, false, false, false,
  ]
  static let probabilities: [Double] = [
    0.46, 0.53, 0.17, 0.33, 0.41, 0.52, 0.34, 0.31, 0.15, 0.28, 0.53, 0.37, 0.18, 0.18, 0.88, 0.85,
    0.48, 0, 0.47, 0.72, 0.96, 0.44, 0.61, 0.72, 0.23, 0.56, 0.41, 0.21, 0.89, 0.71, 0.07, 0.49,
    0.41, 0.39, 0.54, 0.16, 1, 0.56, 0.11, 0.08,
  ]
  /// Metrics of the two lists above at the threshold 0.5.
  static let metrics: [String: Double] = [
    "accuracy": 0.775,
    "auroc": 0.88,
    "sensitivity": 0.8,
    "specificity": 0.7666666666666667,
    "precision": 0.5333333333333333,
    "f1": 0.64,
    "balanced-accuracy": 0.7833333333333334,
    "log-loss": 0.48706042245757075,
    "brier": 0.1601425,
  ]

  static let trainingTexts = [
    "left opacity normal effusion consolidation no cardiomegaly normal effusion",
    "clear opacity limits no effusion cardiomegaly opacity",
    "limits normal pleural stable normal normal normal stable clear limits right limits",
    "left consolidation pleural within cardiomegaly lobe no consolidation cardiomegaly no",
    "effusion normal mild limits no limits clear normal normal limits within cardiomegaly",
    "",
    "limits effusion pleural effusion consolidation lower opacity left cardiomegaly consolidation clear",
    "effusion limits clear normal no limits normal effusion opacity size no effusion normal within",
    "clear limits clear no lungs normal no lower pleural limits normal mild limits right",
    "opacity opacity cardiomegaly opacity lower effusion opacity",
    "size right limits limits size no no clear stable left opacity lobe",
    "stable stable heart limits lobe pneumothorax",
    "heart left consolidation consolidation cardiomegaly effusion right effusion",
    "normal normal limits normal normal normal normal no no normal normal consolidation effusion",
    "clear lower pleural normal normal no heart",
    "left consolidation no cardiomegaly lungs effusion mild effusion left pneumothorax consolidation cardiomegaly consolidation",
    "pleural limits normal no no",
    "opacity left no normal pneumothorax no lower normal",
    "mild opacity cardiomegaly left",
    "lungs normal within opacity pneumothorax normal limits lower no stable no no",
    "normal stable consolidation cardiomegaly normal stable consolidation normal limits no lungs lungs",
    "consolidation pneumothorax consolidation consolidation effusion consolidation cardiomegaly opacity",
    "no stable no consolidation normal mild no",
    "heart no no opacity pleural clear consolidation no lobe limits normal opacity normal",
  ]
  static let trainingLabels: [Bool] = [
    true, false, false, true, false, false, true, false, false, true, false, false, true, false,
    false, true, false, false, true, false, false, true, false, false,
  ]
  static let testTexts = [
    "opacity opacity lower lower right lungs left opacity left consolidation consolidation",
    "limits limits right lungs heart no",
    "right cardiomegaly consolidation mild lungs pneumothorax mild limits effusion cardiomegaly effusion pneumothorax",
    "no right normal no normal normal no clear right no left normal",
    "lungs effusion lobe heart left lobe left consolidation pleural cardiomegaly normal effusion",
    "normal normal limits no no limits normal cardiomegaly consolidation size clear no clear clear",
    "",
    "unseen words heart",
  ]

  struct Baseline: Sendable {
    let bigrams: Bool
    let minimumDocuments: Int
    let inverseStrength: Double
    let termCount: Int
    let probabilities: [Double]
  }

  /// TfidfVectorizer and LogisticRegression of the texts above.
  static let baselines: [Baseline] = [
    Baseline(
      bigrams: false, minimumDocuments: 1, inverseStrength: 1.0,
      termCount: 20,
      probabilities: [
        0.5420989808181964, 0.1996457639974718, 0.48301415362394623, 0.17389147100818556,
        0.4940108286194066, 0.16916871327780597, 0.31886955116695, 0.29845310705535166,
      ]),
    Baseline(
      bigrams: true, minimumDocuments: 1, inverseStrength: 1.0,
      termCount: 142,
      probabilities: [
        0.5115243592076829, 0.24775585061438696, 0.43622600953395735, 0.19822395218035468,
        0.477498656850056, 0.20186205636679894, 0.3271747179388532, 0.3134264611827429,
      ]),
    Baseline(
      bigrams: true, minimumDocuments: 3, inverseStrength: 10.0,
      termCount: 32,
      probabilities: [
        0.8285138044114388, 0.04366376358532917, 0.6091808803890854, 0.03233587565504284,
        0.7205590009390762, 0.01818658212653814, 0.19667427681520674, 0.1549926908874525,
      ]),
    Baseline(
      bigrams: false, minimumDocuments: 2, inverseStrength: 0.1,
      termCount: 20,
      probabilities: [
        0.36758467434106146, 0.3133983519882386, 0.3603297195780699, 0.3052582032688947,
        0.3600518362078557, 0.3057101535928459, 0.33515249212013504, 0.33219504856027804,
      ]),
  ]
}
