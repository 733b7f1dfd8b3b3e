/// The sentences that phantom reports are made of.
enum PhantomSentences {
  /// What a report goes through, in order.
  enum Organ: CaseIterable {
    case heart
    case mediastinum
    case lungs
    case pleura
    case bones

    var mayBeLeftOut: Bool { self == .mediastinum || self == .bones || self == .pleura }
  }

  /// The organ whose sentence speaks of a finding.
  static func organ(of kind: PhantomFinding.Kind) -> Organ {
    switch kind {
    case .cardiomegaly: .heart
    case .nodule, .opacity: .lungs
    case .effusion, .pneumothorax: .pleura
    }
  }

  /// Sentences that call an organ normal.
  static func normal(_ organ: Organ) -> [String] {
    switch organ {
    case .heart:
      [
        "Heart size is normal.", "The heart is normal in size.",
        "Cardiac silhouette is within normal limits.", "The heart is not enlarged.",
        "Heart size within normal limits.", "No cardiomegaly.",
        "Cardiomediastinal silhouette is unremarkable.",
      ]
    case .mediastinum:
      [
        "The mediastinal contours are normal.", "Mediastinum is unremarkable.",
        "The mediastinum is within normal limits.", "Pulmonary vascularity is normal.",
        "Hilar contours are normal.", "No mediastinal widening.",
      ]
    case .lungs:
      [
        "The lungs are clear.", "Lungs are clear bilaterally.", "No focal airspace disease.",
        "No focal consolidation or suspicious pulmonary nodule is identified.",
        "The lungs are free of focal infiltrate.", "No pulmonary nodules or masses.",
        "There is no focal airspace opacity.", "Lungs are grossly clear without focal opacity.",
        "No evidence of acute infiltrate or consolidation.", "Both lungs are well expanded.",
      ]
    case .pleura:
      [
        "No pleural effusion or pneumothorax.", "There is no pneumothorax or pleural effusion.",
        "No effusion.", "Costophrenic angles are sharp.", "No pneumothorax.",
        "There is no evidence of pleural fluid or pneumothorax.", "The pleural spaces are clear.",
      ]
    case .bones:
      [
        "No acute bony abnormality.", "Osseous structures are intact.",
        "The bony thorax is unremarkable.", "Visualized skeletal structures are normal.",
        "Mild degenerative changes of the spine.", "No displaced rib fracture.",
      ]
    }
  }

  /// Sentences about a finding that is plain to see.
  static func clear(_ kind: PhantomFinding.Kind) -> [String] {
    switch kind {
    case .nodule:
      [
        "There is a {mm} mm nodule in the {region}.",
        "Rounded nodular density projects over the {region}.",
        "A well circumscribed {mm} mm nodule is seen in the {region}.",
        "Solitary pulmonary nodule in the {region}, CT is recommended.",
        "New {region} nodule measuring {mm} mm.",
      ]
    case .opacity:
      [
        "There is a focal opacity in the {region}.",
        "Airspace consolidation is present in the {region}, suspicious for pneumonia.",
        "Patchy {region} infiltrate.", "New airspace disease within the {region}.",
        "Dense consolidation of the {region} with air bronchograms.",
        "Hazy opacity has developed in the {region}.",
      ]
    case .effusion:
      [
        "There is a moderate {side} pleural effusion.",
        "Blunting of the {side} costophrenic angle consistent with pleural fluid.",
        "{side} sided pleural effusion with meniscus.",
        "Layering {side} effusion obscures the hemidiaphragm.",
        "Interval development of a {side} pleural effusion.",
      ]
    case .cardiomegaly:
      [
        "The heart is enlarged.", "Cardiomegaly is present.",
        "The cardiac silhouette is markedly enlarged.", "Moderate cardiomegaly.",
        "Heart size is increased above normal limits.",
      ]
    case .pneumothorax:
      [
        "There is a {side} apical pneumothorax.",
        "A visceral pleural line is seen on the {side} with absent lung markings beyond it.",
        "Moderate {side} pneumothorax without mediastinal shift.",
        "{side} sided pneumothorax has developed.",
      ]
    }
  }

  /// Sentences about a finding that is hard to see.
  static func faint(_ kind: PhantomFinding.Kind) -> [String] {
    switch kind {
    case .nodule:
      [
        "A subtle nodular density is suspected in the {region}.",
        "Faint {mm} mm nodule in the {region}.",
        "Ill defined nodule overlying the {region}, better seen on the lateral view.",
        "There is a small nodule in the {region}.",
      ]
    case .opacity:
      [
        "Subtle opacity in the {region} may represent early pneumonia.",
        "Faint infiltrate is noted in the {region}.",
        "Minimal hazy airspace disease in the {region}.",
        "There is a faint focal opacity in the {region}.",
      ]
    case .effusion:
      [
        "Trace {side} pleural effusion.", "Minimal blunting of the {side} costophrenic angle.",
        "There is a tiny {side} effusion, best seen on the lateral view.",
      ]
    case .cardiomegaly:
      [
        "Borderline cardiomegaly.", "The heart is mildly enlarged.",
        "Heart size is slightly increased.",
      ]
    case .pneumothorax:
      [
        "Tiny {side} apical pneumothorax.", "A subtle {side} pneumothorax is suspected.",
        "There is a small {side} apical pneumothorax.",
      ]
    }
  }

  /// Sentences about what was once, or looks like something: no finding of today.
  static let old = [
    "Previously described {region} opacity has resolved.",
    "Interval resolution of the {side} pleural effusion.",
    "Calcified granuloma in the {region}, unchanged.",
    "The {region} infiltrate seen on the prior study has cleared.",
    "Old healed {side} rib fractures.",
    "The previously suspected {mm} mm nodule in the {region} represents a nipple shadow.",
    "Prior {side} pneumothorax has resolved.",
    "{side} chest tube has been removed and there is no residual pneumothorax.",
    "Density over the {region} is a summation of overlapping shadows, not a nodule.",
    "Stable scarring in the {region} without new consolidation.",
    "The heart was enlarged on the prior study and is now normal.",
  ]

  /// Sentences that end the lungs' part when something was found there.
  static let otherwiseClear = [
    "The lungs are otherwise clear.", "The remaining lung is clear.",
    "No additional focal consolidation.", "The other lung is clear without infiltrate.",
  ]

  /// Sentences about how the image was taken.
  static let technique = [
    "Frontal view of the chest.", "PA view of the chest was obtained.", "Low lung volumes.",
    "The patient is slightly rotated.", "Comparison with the prior examination.",
  ]

  /// Sentences that end a report.
  static let closing = [
    "Clinical correlation is recommended.", "No free air under the diaphragm.",
    "The trachea is midline.", "Soft tissues are unremarkable.",
  ]
}
