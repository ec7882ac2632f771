Feature: Accounting for detections
  A detection counts once, at the right time and in the right order, whatever happened on its way.

  @DET-04 @must @stimulus:attack
  Rule: A report says when it happened, not when it arrived

    Scenario: Attacks while the relay is away
      Given the product works in a closed network
      When the relay is lost: refused
      And several attacks happen
      And the relay comes back
      Then each report says when its attack happened

  @DET-05 @should @stimulus:attack
  Rule: What is sent again counts once

    Scenario Outline: The cloud fails while reports are sent (<how>)
      Given the product works in a closed network
      And an attack has been reported
      When the cloud fails to take reports: <how>
      And several attacks of the same kind happen
      And the cloud takes reports again
      And one more attack of the same kind happens
      Then the cloud has each of them once

      Examples:
        | how                 |
        | answers are lost    |
        | answers are cut off |
        | answers are late    |
        | errors              |

    @traces
    Scenario Outline: Reports wait while <happens>
      Given the product works in a closed network
      And an attack has been reported
      When the relay is lost: refused
      And several attacks of the same kind happen
      And it has had its time to notice them
      And <happens>
      And the relay comes up later
      Then the cloud has each of them once after that start

      Examples:
        | happens                                          |
        | the product is killed and started by its manager |
        | the endpoint is started again                    |

  @DET-06 @should @stimulus:attack
  Rule: The order of attacks can be told from their reports

    Scenario: Attacks one after another while the relay is away
      Given the product works in a closed network
      When the relay is lost: refused
      And several attacks of the same kind happen
      And the relay comes back
      Then the reports show their order and come as the product declares

  @DET-07 @must @stimulus:attack
  Rule: What a full queue drops is announced

    Scenario: More attacks than the queue holds
      Given the product works with a queue that can be filled
      When the relay is lost: refused
      And more attacks happen than its queue holds
      And the relay comes back
      Then the cloud is told how many are lost

  @DET-08 @should @if:event-log @stimulus:attack
  Rule: Detections outlive ordinary events

    Scenario: More ordinary events than the log holds
      Given the product works with a log that can be filled
      When the relay is lost: refused
      And attacks happen, fewer than its queue holds
      And more ordinary programs run than its log holds
      And another attack happens
      And the relay comes back
      Then all of the attacks are reported, and ordinary events made room

  @DET-10 @should @stimulus:attack
  Rule: Reports are whole OCSF Detection Findings

    Scenario: Each kind of attack, field by field
      Given the product works in a closed network
      When every attack that it reports in the open happens
      Then each report has what OCSF requires, and names the technique
