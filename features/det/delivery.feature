Feature: Delivery of detections
  Only what a product has reported in an open network is expected of it in the closed one.

  @DET-01 @must @S12 @stimulus:attack
  Rule: What is reported in the open is reported from the closed network

    Scenario: Each kind of attack
      Given the product works in a closed network
      When every attack that it reports in the open happens
      Then each of them is reported in time

  @DET-02 @must @S14 @stimulus:attack
  Rule: Benign twins of attacks are not reported

    Scenario: Each attack beside its benign twin
      Given the product works in a closed network
      When the benign twin of every attack happens
      And an attack happens
      Then it is reported in time
      And the twins stay silent

  @DET-03 @must @stimulus:any
  Rule: Nothing is lost while the relay is away

    Scenario Outline: The relay is lost (<kind>) and comes back
      Given the product works in a closed network
      When the relay is lost: <kind>
      And several attacks happen
      And the relay comes back after many attempts
      Then all of them arrive

      Examples:
        | kind    |
        | refused |
        | silent  |
        | paused  |

  @DET-09 @must @S13 @stimulus:file
  Rule: What the product says it did is what really happened

    Scenario Outline: The policy says <mode>
      Given the product works in a closed network
      And its policy says <mode>
      When an attack on a file happens
      Then it is reported in time
      And the report says what really happened

      Examples:
        | mode   |
        | detect |
        | block  |
