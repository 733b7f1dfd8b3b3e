import Basics
import Datasets

/// An encoder that is trained several times with other draws: the logit is the mean of all.
package struct EnsembleRecipe: Recipe {
  /// What is trained each time.
  package let member: UnimodalRecipe
  package let count: Int

  package init(of member: UnimodalRecipe, count: Int) {
    self.member = member
    self.count = count
  }

  package var name: String { member.name }
  package var reads: Set<BatchSource.Side> { member.reads }

  package func fit(
    _ split: Split, _ context: RecipeContext, part: (String) throws -> TrainedModel
  ) throws -> Fit {
    let (random, title) = (context.random(split, name).derived("member"), title(split))
    var models: [TrainedModel] = []
    var scores: [[Trainer.EpochScore]] = []
    for number in 1...count {
      let fit = try member.fit(
        split, context, random.derived(number), title: "\(title) member \(number)")
      if let model = fit.model { models.append(model) }
      scores.append(fit.scores)
    }
    var (image, text) = (models[0].image, models[0].text)
    image?.members = count
    text?.members = count
    let model = try TrainedModel(
      joining: models, image: image, text: text, registry: context.registry)
    let trainer = context.trainer(
      model, TrainingSettings(), model.source(context.cases), title)
    return Fit(model, trainer, Trainer.EpochScore.means(scores))
  }
}
